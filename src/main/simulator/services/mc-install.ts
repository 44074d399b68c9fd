import { type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import { readRequest, sendReply } from './plist-service.ts';
import type { PhoneService, ServiceConnection } from './types.ts';

const ENCRYPTION_PROFILE = 'com.example.profile.backup';

/** MCInstall: configuration profiles. There is one exactly when a profile forces encrypted backups. */
export function createMcInstall(): PhoneService {
  return { name: 'com.apple.mobile.MCInstall', serve: serveProfiles };
}

async function serveProfiles({ wire, signal }: ServiceConnection, phone: SimulatedPhone): Promise<void> {
  for (let request = await readRequest(wire, signal); request !== null; request = await readRequest(wire, signal)) {
    await sendReply(wire, answer(stringAt(request, 'RequestType'), phone), signal);
  }
}

function answer(type: string | undefined, { state }: SimulatedPhone): PlistDict {
  switch (type) {
    case 'GetProfileList':
      return {
        Status: 'Acknowledged',
        OrderedIdentifiers: state.requiresEncryption ? [ENCRYPTION_PROFILE] : [],
        ProfileManifest: state.requiresEncryption
          ? { [ENCRYPTION_PROFILE]: { Description: 'Backups', IsActive: true } }
          : {},
        ProfileMetadata: state.requiresEncryption
          ? {
              [ENCRYPTION_PROFILE]: {
                PayloadDisplayName: 'Backups',
                PayloadOrganization: 'Example',
                PayloadRemovalDisallowed: true,
                PayloadVersion: 1,
              },
            }
          : {},
      };
    case 'GetCloudConfiguration':
      return {
        Status: 'Acknowledged',
        CloudConfiguration: { AllowPairing: true, IsMandatory: false, IsSupervised: false, ConfigurationSource: 0 },
      };
    default:
      return { Status: 'Error', ErrorChain: [{ ErrorCode: 12005, ErrorDomain: 'MCErrorDomain' }] };
  }
}

import { type PlistDict, stringAt } from '../../engine/formats/plist/index.ts';
import type { SimulatedPhone } from '../phone.ts';
import { readRequest, sendReply } from './plist-service.ts';
import type { PhoneService, ServiceConnection } from './types.ts';

/** Milliampere-hours the battery had when new, and has now. */
const DESIGN_CAPACITY = 3227;
const HEALTHY_CAPACITY = 2904;
const CYCLES = 412;

/** diagnostics_relay: battery health and restarts. MobileGestalt is deprecated, as since iOS 17.4. */
export function createDiagnosticsRelay(): PhoneService {
  return { name: 'com.apple.mobile.diagnostics_relay', serve: serveDiagnostics };
}

async function serveDiagnostics({ wire, signal }: ServiceConnection, phone: SimulatedPhone): Promise<void> {
  for (let request = await readRequest(wire, signal); request !== null; request = await readRequest(wire, signal)) {
    const name = stringAt(request, 'Request') ?? '';
    await sendReply(wire, answer(name, request, phone), signal);
    if (name === 'Goodbye') return;
    if (name === 'Restart') {
      // The connection that asked goes down with the phone, so nobody waits for this here.
      void phone
        .reboot()
        .catch((error: unknown) => phone.events.record('phone.reboot-failed', { reason: String(error) }));
      return;
    }
    if (name === 'Shutdown') {
      for (const via of phone.transport?.attached() ?? []) phone.transport?.detach(via);
      return;
    }
  }
}

function answer(name: string, request: PlistDict, phone: SimulatedPhone): PlistDict {
  switch (name) {
    case 'Goodbye':
    case 'Restart':
    case 'Shutdown':
    case 'Sleep':
      return { Status: 'Success' };
    case 'All':
      return success({ GasGauge: gasGauge(), WiFi: {} });
    case 'GasGauge':
      return success({ GasGauge: gasGauge() });
    case 'WiFi':
      return success({ WiFi: {} });
    case 'NAND':
      return success({ NAND: {} });
    case 'MobileGestalt':
      return success({ MobileGestalt: { Status: 'MobileGestaltDeprecated' } });
    case 'IORegistry':
      return success(ioRegistry(request, phone));
    default:
      return { Status: 'UnknownRequest' };
  }
}

function success(diagnostics: PlistDict): PlistDict {
  return { Status: 'Success', Diagnostics: diagnostics };
}

function gasGauge(): PlistDict {
  return {
    CycleCount: CYCLES,
    DesignCapacity: DESIGN_CAPACITY,
    FullChargeCapacity: HEALTHY_CAPACITY,
    Status: 'Success',
  };
}

function ioRegistry(request: PlistDict, { state }: SimulatedPhone): PlistDict {
  const isBattery = [stringAt(request, 'EntryClass'), stringAt(request, 'EntryName')].some(
    (entry) => entry === 'IOPMPowerSource' || entry === 'AppleSmartBattery',
  );
  if (!isBattery) return {};
  return {
    IORegistry: {
      AppleRawCurrentCapacity: Math.round((HEALTHY_CAPACITY * state.batteryLevel) / 100),
      AppleRawMaxCapacity: HEALTHY_CAPACITY,
      CurrentCapacity: state.batteryLevel,
      CycleCount: CYCLES,
      DesignCapacity: DESIGN_CAPACITY,
      ExternalConnected: state.batteryCharging,
      FullyCharged: state.batteryLevel === 100,
      IsCharging: state.batteryCharging && state.batteryLevel < 100,
      MaxCapacity: 100,
      NominalChargeCapacity: HEALTHY_CAPACITY,
      // Hundredths of a degree Celsius.
      Temperature: 3019,
    },
  };
}

import { expect, it } from 'vitest';
import { deviceLinkCodes } from '../../../../../shared/errors/index.ts';
import { FOLDER_STATUS } from './host-folder.ts';
import { MULTI_STATUS } from './messages.ts';

it('every status that a host answers is in the dictionary, and none is there in vain', () => {
  const answered = [0, ...Object.values(FOLDER_STATUS), MULTI_STATUS];
  expect(deviceLinkCodes.map((entry) => entry.status).toSorted()).toEqual(answered.toSorted());
});

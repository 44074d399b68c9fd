import { expect, it } from 'vitest';
import { PhaseReader } from './phases.ts';

function phasesOf(...requests: string[]): string[] {
  const reader = new PhaseReader();
  return requests.map((request) => reader.after(request));
}

it('tells what the phone is at from what it asks for', () => {
  expect(
    phasesOf(
      'DLMessageDownloadFiles',
      'DLContentsOfDirectory',
      'DLMessageGetFreeDiskSpace',
      'DLMessageCreateDirectory',
      'DLMessageUploadFiles',
      'DLMessageUploadFiles',
      'DLMessageMoveItems',
      'DLMessageUploadFiles',
      'DLMessageRemoveItems',
      'DLMessageDownloadFiles',
      'DLContentsOfDirectory',
    ),
  ).toEqual([
    'preparing',
    'preparing',
    'preparing',
    'preparing',
    'receiving',
    'receiving',
    'moving',
    'moving',
    'moving',
    'verifying-on-phone',
    'verifying-on-phone',
  ]);
});

it('does not take a move before any upload for the moves at the end', () => {
  expect(phasesOf('DLMessageMoveItems', 'DLMessageUploadFiles')).toEqual(['preparing', 'receiving']);
});

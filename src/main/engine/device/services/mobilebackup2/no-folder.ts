import { FOLDER_STATUS, FolderError, type HostFolder } from './host-folder.ts';

function refuse(): never {
  throw new FolderError(FOLDER_STATUS.other, 'Operation not supported');
}

/** For requests that are about no backup: an empty folder that takes nothing. */
export const noFolder: HostFolder = {
  async openFile(): Promise<never> {
    throw new FolderError(FOLDER_STATUS.notFound, 'No such file or directory');
  },
  createFile: refuse,
  list: async () => [],
  createDirectory: async () => refuse(),
  moveItems: async () => refuse(),
  removeItems: async () => undefined,
  copyItem: async () => refuse(),
  freeBytes: async () => 0n,
};

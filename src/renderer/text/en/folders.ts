export const folders = {
  'folders.title': 'Choose a folder',
  'folders.places': 'Places',
  'folders.list': 'Folders in {name}',
  'folders.up': 'Folder above',
  'folders.empty': 'No folders in here.',
  'folders.more': '{count, plural, one {# more folder is not shown} other {# more folders are not shown}}',
  'folders.hasVault': 'Holds backups',
  'folders.new': 'New Folder…',
  'folders.newName': 'Name of the new folder',
  'folders.create': 'Create',
  'folders.choose': 'Choose This Folder',
  'folders.hint': 'Return opens a folder.',
} as const;

/** One text, in the newest backups of all phones. */
export const search = {
  'search.title': 'Search all backups',
  'search.field': 'Search all backups',
  'search.startTitle': 'Search the newest backup of every iPhone',
  'search.startText': 'Messages, notes, contacts, calendar, photos and file names.',
  'search.none': 'No match for “{text}”',
  'search.noneText':
    'Nothing in the newest backup of any iPhone has these words. Earlier backups are searched in Browse.',
  'search.searching': 'Searching {name}',
  'search.firstTime': 'The first search in a backup takes a while: its words are gathered once.',
  'search.hits': '{count, plural, one {# match} other {# matches}}',
  'search.most': 'The first {count, number} matches are shown.',
  'search.locked': 'The backup of {name} is locked.',
  'search.unlock': 'Unlock…',
  'search.noBackup': 'No backup of {name} yet.',
  'search.offline': 'The newest backup of {name} is on a disk that is not connected.',
  'search.from': '{name}, {when}',
} as const;

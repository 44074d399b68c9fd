import { useFrame } from './browse-context.ts';
import { Contacts } from './contacts/Contacts.tsx';
import { Files } from './files/Files.tsx';
import {
  AppList,
  CalendarList,
  CallList,
  HealthList,
  RecordingList,
  ReminderList,
  SafariList,
} from './lists/kinds.tsx';
import { Chats } from './messages/Chats.tsx';
import { Notes } from './notes/Notes.tsx';
import { PhotoWall } from './photos/PhotoWall.tsx';

/** Each kind as it is best looked through. */
export function KindContent() {
  const { kind } = useFrame();
  switch (kind) {
    case 'photos':
    case 'videos':
      return <PhotoWall kind={kind} />;
    case 'messages':
    case 'whatsapp':
      return <Chats kind={kind} />;
    case 'notes':
      return <Notes />;
    case 'contacts':
      return <Contacts />;
    case 'calendar':
      return <CalendarList />;
    case 'reminders':
      return <ReminderList />;
    case 'calls':
      return <CallList />;
    case 'voicemail':
    case 'voice-memos':
      return <RecordingList kind={kind} />;
    case 'safari':
      return <SafariList />;
    case 'health':
      return <HealthList />;
    case 'apps':
      return <AppList />;
    case 'files':
      return <Files />;
  }
}

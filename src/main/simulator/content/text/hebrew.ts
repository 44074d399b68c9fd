import type { Language } from './language.ts';

export const hebrew: Language = {
  tag: 'he',
  locale: 'he_IL',
  timeZone: 'Asia/Jerusalem',
  utcOffset: 10_800,
  dialCode: '972',
  countryCode: 'il',
  deviceName: (name) => `ה-iPhone של ${name}`,
  firstNames: ['נועה', 'יוסף', 'תמר', 'אורי', 'מיכל', 'דוד'],
  lastNames: ['כהן', 'לוי', 'בן־דוד', 'מזרחי', 'פרץ'],
  companies: ['מאפיית השכונה', 'מוסך הצפון'],
  cities: [
    { name: 'חיפה', latitude: 32.794, longitude: 34.9896 },
    { name: 'תל אביב', latitude: 32.0853, longitude: 34.7818 },
  ],
  streets: ['רחוב הרצל 18', 'שדרות רוטשילד 5'],
  messages: [
    'הגעת הביתה?',
    'מזל טוב! 🎉',
    'אני מאחרת בעשר דקות',
    'התמונות יפות מאוד 😍',
    'בסדר, נתראה מחר',
    'שבת שלום',
  ],
  notes: ['רשימת קניות', 'רעיונות לגינה'],
  items: ['חלב', 'לחם', 'ביצים', 'תפוחים'],
  events: ['רופא שיניים', 'ישיבה', 'ארוחת שישי'],
  albums: ['טיול לצפון', 'משפחה'],
  groups: ['המשפחה', 'חוג הקריאה'],
};

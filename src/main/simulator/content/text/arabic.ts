import type { Language } from './language.ts';

export const arabic: Language = {
  tag: 'ar',
  locale: 'ar_AE',
  timeZone: 'Asia/Dubai',
  utcOffset: 14_400,
  dialCode: '971',
  countryCode: 'ae',
  deviceName: (name) => `iPhone الخاص بـ ${name}`,
  firstNames: ['فاطمة', 'أحمد', 'مريم', 'خالد', 'ليلى', 'يوسف', 'نور', 'سامي'],
  lastNames: ['الهاشمي', 'بن سالم', 'المنصوري', 'حدّاد', 'خوري', 'العلي'],
  companies: ['مخبز النور', 'عيادة الأمل', 'شركة الواحة للسفر'],
  cities: [
    { name: 'دبي', latitude: 25.2048, longitude: 55.2708 },
    { name: 'القاهرة', latitude: 30.0444, longitude: 31.2357 },
  ],
  streets: ['شارع الشيخ زايد ٤٥', 'شارع المتحف ١٢'],
  messages: [
    'هل وصلت إلى البيت؟',
    'كل عام وأنتِ بخير 🎂',
    'سأتأخر عشر دقائق، آسف',
    'الصور جميلة جدًا 😍',
    'تمام 👍',
    'الرابط هنا: https://example.org/صفحة',
    'نلتقي غدًا الساعة ٩ في المحطة',
  ],
  notes: ['قائمة التسوق', 'أفكار للحديقة', 'كتب للقراءة'],
  items: ['حليب', 'خبز', 'بيض', 'تفاح', 'قهوة'],
  events: ['طبيب الأسنان', 'اجتماع', 'عشاء مع الجيران'],
  albums: ['رحلة إلى البحر', 'العائلة'],
  groups: ['العائلة', 'أصدقاء العمل'],
};

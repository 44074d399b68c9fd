import type { Language } from './language.ts';

export const chinese: Language = {
  tag: 'zh',
  locale: 'zh_CN',
  timeZone: 'Asia/Shanghai',
  utcOffset: 28_800,
  dialCode: '86',
  countryCode: 'cn',
  deviceName: (name) => `“${name}”的 iPhone`,
  firstNames: ['伟', '芳', '秀英', '敏', '静', '磊', '洋', '梓涵'],
  lastNames: ['王', '李', '张', '刘', '陈', '欧阳', '司马', '赵'],
  companies: ['绿园茶馆', '东方汽车维修', '阳光牙科'],
  cities: [
    { name: '上海', latitude: 31.2304, longitude: 121.4737 },
    { name: '成都', latitude: 30.5728, longitude: 104.0668 },
    { name: '哈尔滨', latitude: 45.8038, longitude: 126.535 },
  ],
  streets: ['南京东路100号', '人民路8号3单元', '中关村大街27号'],
  messages: ['到家了吗？', '生日快乐！🎉', '我晚点到，不好意思', '照片真好看👍', '明天几点见？', '好的', '路上小心', '吃了没？😄'],
  notes: ['购物清单', '旅行计划', '读书笔记', '菜谱：红烧肉'],
  items: ['牛奶', '面包', '鸡蛋', '苹果', '茶叶', '电池'],
  events: ['牙医', '开会', '家长会', '瑜伽课'],
  albums: ['成都之行', '宝宝', '美食'],
  groups: ['一家人', '大学同学'],
};

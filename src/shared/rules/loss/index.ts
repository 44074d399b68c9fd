export {
  type CountedVersion,
  type Group,
  type KindCounts,
  type LossAlarm,
  type LossFacts,
  suddenLosses,
  usualDailyChange,
} from './sudden-loss.ts';

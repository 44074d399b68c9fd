export { type Fence, fenceOf } from './fence.ts';
export {
  type HealthFacts,
  type HealthVersion,
  healthOf,
  isProven,
  type PhoneHealth,
  protectedUntil,
} from './health.ts';

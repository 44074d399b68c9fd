import { type CleanupChoice, type CleanupOption, cleanupOptionSchema } from '../../../shared/rules/guidance/index.ts';
import type { Route } from '../../app/navigation.tsx';

/** What is chosen lives in the address, so that back, forward and reload keep it. */
type CleanupRoute = Extract<Route, { screen: 'cleanup' }>;

const NONE: CleanupChoice = { options: [], apps: [] };
const MOST_APPS = 1000;

export function choiceOf(route: CleanupRoute): CleanupChoice {
  if (route.options === undefined) return NONE;
  const words = new Set(route.options.split(','));
  const options = cleanupOptionSchema.options.filter((one) => words.has(one));
  const apps = (route.apps ?? '').split(',').filter((one) => one !== '' && one.length <= 255);
  return { options, apps: options.includes('remove-apps') ? apps.slice(0, MOST_APPS) : [] };
}

export function routeOf(udid: string, step: 'choose' | 'protect', { options, apps }: CleanupChoice): CleanupRoute {
  return {
    screen: 'cleanup',
    udid,
    step,
    ...(options.length === 0 ? {} : { options: options.join(',') }),
    ...(apps.length === 0 ? {} : { apps: apps.join(',') }),
  };
}

export function withOption(choice: CleanupChoice, option: CleanupOption, isOn: boolean): CleanupChoice {
  const wanted = new Set(choice.options);
  if (isOn) wanted.add(option);
  else wanted.delete(option);
  return { ...choice, options: cleanupOptionSchema.options.filter((one) => wanted.has(one)) };
}

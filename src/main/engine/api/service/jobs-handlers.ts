import type { Handlers, Of } from './handlers.ts';
import type { JobsPart } from './parts.ts';

export function jobsHandlers(jobs: JobsPart): Handlers<Of<'jobs'>> {
  return {
    'jobs.list': async () => ({ jobs: [...jobs.list()] }),
    'jobs.get': async ({ job }) => ({ job: jobs.get(job) }),
    'jobs.cancel': async ({ job }) => {
      jobs.cancel(job);
      return { done: true };
    },
    'jobs.skipVerification': async ({ job }) => {
      jobs.skipVerification(job);
      return { done: true };
    },
    'jobs.dismiss': async ({ job }) => {
      jobs.dismiss(job);
      return { done: true };
    },
  };
}

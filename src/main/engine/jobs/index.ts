export { type JobFacts, type JobRequest, Jobs, type JobWork, type RunJob } from './jobs.ts';

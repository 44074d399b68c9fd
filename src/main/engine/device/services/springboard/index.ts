export { SPRINGBOARD_SERVICE, SpringboardClient } from './client.ts';

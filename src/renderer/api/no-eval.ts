import { config } from 'zod';

// The page's policy allows no code that is made from text. Without this zod would try, and each try be a violation.
config({ jitless: true });

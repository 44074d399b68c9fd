import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenes } from './staged/scenes.ts';

const TEXT = readFileSync(join(import.meta.dirname, 'screens.md'), 'utf8');

it('the table of screens names every scene, and none that is gone', () => {
  const named = new Set([...TEXT.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, name]) => name ?? ''));
  const missing = Object.keys(scenes).filter((name) => !named.has(name));
  const areas = new Set(Object.keys(scenes).map((name) => name.split('-')[0]));
  const isScene = (name: string): boolean => areas.has(name.split('-')[0]);
  const gone = [...named].filter((name) => isScene(name) && !(name in scenes));
  expect({ missing, gone }).toEqual({ missing: [], gone: [] });
});

it('the table of screens names every approved picture as one, and tests that exist', () => {
  const approved = readdirSync(join(import.meta.dirname, 'approved'))
    .map((file) => /^(.+)-light\.png$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  expect(approved.filter((name) => !TEXT.includes(`\`${name}\` (A)`))).toEqual([]);
  const tests = readdirSync(import.meta.dirname);
  for (const [, name] of TEXT.matchAll(/`([a-z]+(?:-[a-z]+)*\.test\.ts)`/g)) expect(tests).toContain(name);
});

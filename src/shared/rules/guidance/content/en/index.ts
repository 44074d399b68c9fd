import type { Guidance } from '../guidance.ts';
import { compared, notInICloudBackup, notInLocalBackup } from './compared.ts';
import { facts } from './facts.ts';
import { guides } from './guides.ts';
import { goAhead, levels, protections, raised } from './levels.ts';
import { methods, photoPath } from './methods.ts';
import { buckets, options } from './options.ts';
import { questions } from './questions.ts';
import { checklist, checklistEnd, emergency, habits, icloudFull, mistakes } from './situations.ts';

export const english: Guidance = {
  locale: 'en',
  reviewedOn: '2026-11-24',
  sources: {
    S0: { title: 'A guide to matching a backup to a cleanup', address: null },
    S1: { title: 'An article on why local backups with versions matter, with figures of 2017', address: null },
    S2: { title: 'One owner’s routine for iPhones, with Apple’s own lists, 2020', address: null },
    'apple-methods': {
      title: 'Apple: Backup methods for iPhone, iPad and iPod touch',
      address: 'https://support.apple.com/en-gb/HT204136',
    },
    'apple-icloud-backup': {
      title: 'Apple: What is iCloud Backup?',
      address: 'https://support.apple.com/en-om/guide/icloud/mm085db3a8d6/icloud',
    },
    'apple-encrypted': {
      title: 'Apple: About encrypted backups on your iPhone, iPad or iPod touch',
      address: 'https://support.apple.com/108353',
    },
    'apple-passcode': {
      title: 'Apple: About the Trust This Computer alert on your iPhone, iPad or iPod touch',
      address: 'https://support.apple.com/en-nz/HT202778',
    },
    field: { title: 'What users of today’s tools report', address: null },
    backstop: { title: 'How Backstop works', address: null },
  },
  levels,
  protections,
  goAhead,
  raised,
  buckets,
  options,
  methods,
  photoPath,
  emergency,
  icloudFull,
  checklist,
  checklistEnd,
  mistakes,
  habits,
  questions,
  guides,
  compared,
  notInLocalBackup,
  notInICloudBackup,
  facts,
};

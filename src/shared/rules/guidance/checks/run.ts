import type { CleanupFacts, CleanupPlan } from '../types.ts';
import { type Answer, type Finding, finding } from './finding.ts';

/** What the run needs that makes what is missing. It says nothing of a version, and no certificate depends on it. */
export function runFindings(facts: CleanupFacts, missing: CleanupPlan['missing']): Finding[] {
  const makesBackup = missing.includes('backup');
  const findings: Finding[] = [];
  if (missing.length > 0) findings.push(finding('room', 'run', room(facts, makesBackup)));
  if (makesBackup || missing.includes('turn-on-encryption'))
    findings.push(finding('connected', 'run', connected(facts)));
  return findings;
}

/** Room for so many typical backups is plenty. */
const PLENTY = 2;

function room({ place }: CleanupFacts, makesBackup: boolean): Answer {
  if (place === null) return { status: 'fail', reason: 'no-disk', next: 'choose-disk' };
  const { name, isOnline, freeBytes, neededBytes, fileSystem } = place;
  const evidence = { name, freeBytes, neededBytes, fileSystem };
  if (!isOnline) return { status: 'fail', reason: 'disk-away', evidence, next: 'connect-disk' };
  if (!makesBackup) return { status: 'pass', reason: 'nothing-to-write', evidence };
  if (freeBytes === null || neededBytes === null) return { status: 'unknown', reason: 'not-measured', evidence };
  if (freeBytes < neededBytes) {
    const short = neededBytes - freeBytes;
    return { status: 'fail', reason: 'not-enough', evidence: { ...evidence, short }, next: 'free-space' };
  }
  if (freeBytes < PLENTY * neededBytes) return { status: 'warn', reason: 'little', evidence, next: 'free-space' };
  return { status: 'pass', reason: 'enough', evidence };
}

const LOW_PERCENT = 20;
const HALF_PERCENT = 50;

function connected({ phone }: CleanupFacts): Answer {
  const { connection, batteryPercent, isCharging } = phone;
  const evidence = { connection, batteryPercent, isCharging };
  if (connection === null) return { status: 'unknown', reason: 'not-known', evidence, next: 'connect-phone' };
  if (connection === 'none') return { status: 'fail', reason: 'not-connected', evidence, next: 'connect-phone' };
  if (isCharging === true) return { status: 'pass', reason: 'charging', evidence };
  if (batteryPercent !== null && batteryPercent < LOW_PERCENT && isCharging === false) {
    return { status: 'fail', reason: 'battery-low', evidence, next: 'charge-phone' };
  }
  if (connection === 'usb') return { status: 'pass', reason: 'cable', evidence };
  if (batteryPercent === null)
    return { status: 'unknown', reason: 'battery-not-known', evidence, next: 'charge-phone' };
  if (batteryPercent < HALF_PERCENT) return { status: 'warn', reason: 'battery-half', evidence, next: 'charge-phone' };
  return { status: 'pass', reason: 'wifi', evidence };
}

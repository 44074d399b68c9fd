import { parseArgs } from 'node:util';
import { benchBackup } from './backup.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '3' }, quick: { type: 'boolean', default: false } },
});

switch (positionals[0]) {
  case 'backup':
    await benchBackup({ runs: Number(values.runs), quick: values.quick });
    break;
  default:
    console.error('Say what to measure: npm run bench -- backup [--runs N] [--quick]');
    process.exitCode = 2;
}

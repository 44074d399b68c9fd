import { parseArgs } from 'node:util';
import { benchBackup } from './backup.ts';
import { benchBrowse } from './browse.ts';
import { benchPages } from './pages.ts';
import { benchVault } from './vault.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '3' },
    quick: { type: 'boolean', default: false },
    dir: { type: 'string' },
    rivals: { type: 'string', default: 'restic,restic --compression off,borg,hard links' },
  },
});

switch (positionals[0]) {
  case 'backup':
    await benchBackup({ runs: Number(values.runs), quick: values.quick });
    break;
  case 'browse':
    await benchBrowse({ runs: Number(values.runs), quick: values.quick, dir: values.dir });
    break;
  case 'pages':
    await benchPages({ quick: values.quick });
    break;
  case 'vault':
    await benchVault({
      runs: Number(values.runs),
      quick: values.quick,
      dir: values.dir,
      rivals: values.rivals.split(','),
    });
    break;
  default:
    console.error(
      'Say what to measure: npm run bench -- backup|browse|pages|vault [--runs N] [--quick] [--dir FOLDER] [--rivals A,B]',
    );
    process.exitCode = 2;
}

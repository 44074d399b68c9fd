import { setFlagsFromString } from 'node:v8';
import { catalogue, isBackstopError } from '../../shared/errors/index.ts';
import { HELP, parseInvocation } from './cli/arguments.ts';
import { print, runCommands } from './cli/command-loop.ts';
import { parents, startedByNpm, waitForParentDeath } from './cli/parent-watch.ts';
import { readScenario } from './control/scenario.ts';
import { type Simulator, startSimulator } from './simulator.ts';

// The files of a large phone are a large heap, and every 64 MB that pass through sockets would have all of it marked.
setFlagsFromString('--external-memory-accounted-in-global-limit');

/** The simulator as a process: arguments in, ready line out, commands in, clean end. */
async function main(): Promise<number> {
  const invocation = parseInvocation(process.argv.slice(2), process.env);
  if (invocation.kind === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const { scenarioFile, scratchDir, pairRecordsDir, truthFile, exitWithParent, kind: _kind, ...rest } = invocation;
  const signalled = waitForSignal();
  // Whoever reads the ready line may be killed at once: then it would be too late to ask whose child this is.
  const born = parents();
  await using simulator = await startSimulator({
    ...rest,
    ...(scratchDir === undefined ? {} : { scratchDir }),
    ...(pairRecordsDir === undefined ? {} : { pairRecordsDir }),
    ...(scenarioFile === undefined ? {} : { scenario: await readScenario(scenarioFile) }),
  });
  if (truthFile !== undefined) await writeTruth(simulator, truthFile);
  await print({
    type: 'ready',
    address: simulator.address,
    addresses: simulator.addresses,
    phones: simulator.phones.map(({ identity }) => ({ udid: identity.udid, name: identity.name })),
  });
  const watching = new AbortController();
  const ends = [signalled];
  if (exitWithParent || startedByNpm(process.env)) ends.push(waitForParentDeath(born, watching.signal));
  const commands = runCommands(simulator, exitWithParent).then(async (end) => {
    if (end === 'input-ended') await Promise.race(ends);
  });
  await Promise.race([commands, ...ends]);
  watching.abort();
  return 0;
}

async function writeTruth(simulator: Simulator, file: string): Promise<void> {
  const several = simulator.phones.length > 1;
  for (const phone of simulator.phones) {
    await phone.content.writeTruth(several ? `${file}.${phone.identity.udid}` : file);
  }
}

function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!isBackstopError(error)) throw error;
  const entry = catalogue[error.code];
  const explanation = entry.explanation.replace(/\{(\w+)\}/g, (_place, name: string) => String(error.data[name] ?? ''));
  process.stderr.write(`${entry.title}. ${explanation} ${entry.recovery}\n`);
  process.exitCode = entry.exitCode;
}
// Standard input, when somebody still holds its other end, would keep the process alive.
process.exit();

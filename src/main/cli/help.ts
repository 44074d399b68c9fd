import { type CommandName, commands } from './arguments.ts';

const general = `Options everywhere:
  --vault DIR|ID    the vault, by its folder or its id (default: BACKSTOP_VAULT, else "vault" in Backstop's own folder)
  --json            one JSON object a line: progress, then the result or the error
Passwords come from BACKSTOP_PASSWORD, --password-file FILE, or a hidden prompt; never from the command line.
For "encryption change" the new one comes from BACKSTOP_NEW_PASSWORD or --new-password-file FILE.

Environment: BACKSTOP_HOME (Backstop's own folder), USBMUXD_SOCKET_ADDRESS (another usbmuxd).
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 you must do something (trust, passcode, password), 130 cancelled.`;

/** The help text for one command, or for all of them. */
export function helpText(command: CommandName | null): string {
  if (command !== null && command !== 'help') {
    const { usage, summary } = commands[command];
    return `backstop ${usage}\n\n${summary}\n\n${general}\n`;
  }
  const names = (Object.keys(commands) as CommandName[]).filter((name) => name !== 'version');
  const width = Math.max(...names.map((name) => commands[name].usage.length));
  const lines = names.map((name) => `  ${commands[name].usage.padEnd(width)}  ${commands[name].summary}`);
  return `Backstop: encrypted, versioned, verified backups of iPhones.\n\n${lines.join('\n')}\n\n${general}\n`;
}

import type { ErrorArea } from '../entry.ts';

export const usbmuxErrors = {
  'usbmux/bad-address': {
    title: 'The address in USBMUXD_SOCKET_ADDRESS cannot be used',
    explanation: '“{address}” is neither the path of a socket nor a host and a port.',
    recovery: 'Set it to a path such as UNIX:/var/run/usbmuxd, to host:port, or remove it.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 2,
  },
  'usbmux/not-running': {
    title: 'The service that talks to iPhones is not running',
    explanation: 'Nothing answers at {address}. {help}',
    recovery: 'Install or start that service, then try again.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
    reference: 'E04',
  },
  'usbmux/not-allowed': {
    title: 'The service that talks to iPhones does not let Backstop in',
    explanation: 'This user may not open {address}.',
    recovery: 'Check the permissions of that socket, or run Backstop as the user who may use it.',
    olderSnapshotsSafe: true,
    retry: 'never',
    exitCode: 1,
  },
  'usbmux/silent': {
    title: 'The service that talks to iPhones does not answer',
    explanation: 'The service at {address} took the connection and then said nothing.',
    recovery:
      'Unplug the iPhone and plug it in again. If it stays, restart the service (usbmuxd, or Apple Mobile Device Service) or the computer.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'usbmux/closed': {
    title: 'The service that talks to iPhones hung up',
    explanation: 'The service at {address} closed the connection before it answered.',
    recovery: 'Try again. If it stays, restart the service (usbmuxd, or Apple Mobile Device Service) or the computer.',
    olderSnapshotsSafe: true,
    retry: 'automatic',
    exitCode: 1,
  },
  'usbmux/bad-answer': {
    title: 'The service that talks to iPhones answers nonsense',
    explanation: 'What answers at {address} does not speak the protocol: {problem}.',
    recovery: 'Check USBMUXD_SOCKET_ADDRESS. If it is right, restart the service or the computer.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
  'usbmux/refused': {
    title: 'The service that talks to iPhones refused',
    explanation: 'It answered {request} with result {result}.',
    recovery: 'Unplug the iPhone, plug it in again, and try once more.',
    olderSnapshotsSafe: true,
    retry: 'ask',
    exitCode: 1,
  },
} as const satisfies ErrorArea;

/**
 * Chromium knows no schemes of ours. The stand-in loads `https://backstop--app.standin.test/x` for `app://backstop/x`, and
 * everybody above it sees the real address.
 */
const SUFFIX = '.standin.test';

export function toBrowser(address: string): string {
  const match = /^([a-z-]+):\/\/([a-z-]+)(\/.*)?$/.exec(address);
  if (match === null || match[1] === 'https' || match[1] === 'http') return address;
  return `https://${match[2]}--${match[1]}${SUFFIX}${match[3] ?? '/'}`;
}

export function fromBrowser(address: string): string {
  const match = /^https:\/\/([a-z]+)--([a-z-]+)\.standin\.test(\/.*)?$/.exec(address);
  return match === null ? address : `${match[2]}://${match[1]}${match[3] ?? '/'}`;
}

/** In a policy a scheme stands for all its hosts; here each host is one of the browser's. */
export function policyToBrowser(policy: string): string {
  return policy.replaceAll(/\b([a-z]+-[a-z]+):(?=[ ;]|$)/g, (whole, scheme: string) =>
    scheme === 'backstop-media' ? `https://media--backstop-media${SUFFIX}` : whole,
  );
}

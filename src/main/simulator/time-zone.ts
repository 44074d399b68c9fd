/** Seconds east of Greenwich of an IANA zone at an instant; 0 for a zone that this computer does not know. */
export function zoneOffsetSeconds(zone: string, at: Date): number {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
    const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const match = /GMT([+-])(\d{2}):(\d{2})/.exec(text);
    if (match === null) return 0;
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
    return match[1] === '-' ? -seconds : seconds;
  } catch {
    // RangeError: not a zone of this computer's database.
    return 0;
  }
}

/** How hard a password is to guess, by estimated guesses and not by kinds of characters. */

export type Grade = 'short' | 'easy' | 'fair' | 'strong' | 'veryStrong';

const MIN_LENGTH = 10;

export function gradeOf(password: string, guessesLog10: number): Grade {
  if (password.length < MIN_LENGTH) return 'short';
  if (guessesLog10 < 8) return 'easy';
  if (guessesLog10 < 10) return 'fair';
  return guessesLog10 < 14 ? 'strong' : 'veryStrong';
}

/** "Fair" is enough to go on. */
export const isEnough = (grade: Grade | null): boolean => grade !== null && grade !== 'short' && grade !== 'easy';

type Estimate = (password: string) => number;
let loading: Promise<Estimate> | null = null;

/** The dictionaries are large: they are loaded when the first password is typed. */
export function loadEstimate(): Promise<Estimate> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Estimate> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const factory = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
  // Its time grows with the length; what is beyond this makes no password weaker.
  return (password) => factory.check(password.slice(0, 100), ['backstop', 'iphone']).guessesLog10;
}

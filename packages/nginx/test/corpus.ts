import { corpusOf, describeWith } from '@shortfuse/testkit';

export { corpusBytes } from '@shortfuse/testkit';

export const corpus = corpusOf('nginx');

/** `describe` for tests that need the corpus. */
export function describeWithCorpus(name: string, body: () => void): void {
  describeWith(corpus, name, body);
}

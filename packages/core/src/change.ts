import type { Seconds } from './duration.js';
import type { TextEdit } from './edit.js';
import type { Location, SourceFile, Span } from './source.js';

/** One edit and the file that it belongs to. */
export interface FileEdit {
  readonly file: SourceFile;
  readonly edit: TextEdit;
}

/** One way of bringing a lifetime to the number of seconds that was asked for. An adapter may add what its companions need. */
export interface Remedy {
  /**
   * What to change in the texts. Empty only where text is not the way the server is changed, and the adapter's
   * {@link Companion}s do all of it.
   */
  readonly edits: readonly FileEdit[];
  /** It switches a way of resuming off instead of shortening it. Only offered where the wish allows that. */
  readonly disables?: boolean;
}

/** What a lifetime is to become. */
export interface Wish {
  readonly target: Seconds;
  /** May a way of resuming be switched off where no lifetime can be set for it? */
  readonly allowDisable: boolean;
}

/** Why nothing brings it there, and what a person can do. */
export interface Refusal {
  readonly kind: 'refused';
  readonly why: string;
  readonly help: string;
  /** The text that is in the way, where there is one. */
  readonly at?: Location;
}

/** The ways of changing a lifetime, the preferred one first: fewest edits, then fewest listeners that change with it. */
export type Remedies = { readonly kind: 'remedies'; readonly remedies: readonly [Remedy, ...Remedy[]] } | Refusal;

/** Answers how a lifetime is brought to what is wished. Pure: the same wish always gives equal edits. */
export type RemedyFinder = (wish: Wish) => Remedies;

/**
 * A statement in a text that sets a session lifetime, whether or not it counts there. What a lease remembers a place by, so
 * that it is found again when the text around it has changed.
 */
export interface Anchor {
  /**
   * Where it stands in the structure, from the outside in, its own name last: `['http', 'server shop.example 10.0.0.1:443',
   * 'ssl_session_timeout']`. Two statements may have the same path; then their order tells them apart.
   */
  readonly path: readonly string[];
  /** The whole statement, without the blanks and the line end around it. */
  readonly statement: Span;
  /** The part of it that says how long, quotes included. */
  readonly value: Span;
}

/** A file that changes a server where editing its configuration does not, or not alone: a script, a registry import. */
export interface Companion {
  /** Its name, without a folder. */
  readonly name: string;
  /** Line ends and all; `encoding` says how it becomes bytes. */
  readonly text: string;
  readonly encoding: SourceFile['encoding'];
  /** What it is for and how it is run, in one sentence. */
  readonly purpose: string;
  /** When a person uses it. */
  readonly use: 'apply' | 'verify' | 'revert';
  /** It does what no edit of the files does: without it some listener is not brought to the target. */
  readonly isRequired: boolean;
}

/** What the companions of one configuration are made from. */
export interface CompanionRequest {
  readonly target: Seconds;
  /** The remedies that were chosen, each once, in the order of the listeners they serve. */
  readonly remedies: readonly Remedy[];
}

/** How a person applies and tests a change on a server. Commands are as typed in a shell there. */
export interface Operations {
  /** Checks the files before they count; undefined where the server has no such command. */
  readonly test: string | undefined;
  /** Makes the running server use what the files say. */
  readonly reload: string;
  /** Ends every process of it and starts anew; what that costs belongs into `restartCost`. */
  readonly restart: string;
  /** What visitors notice of a restart. */
  readonly restartCost: string;
}

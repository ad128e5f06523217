// What the action reads of the JSON that shortfuse prints. The whole of it is described in packages/cli/schemas.

export interface Listener {
  readonly server: string;
  readonly address: string | null;
  readonly name: string;
}

export interface PatchReport {
  readonly targetSeconds: number;
  /** null: nothing was written. */
  readonly lease: string | null;
  readonly files: readonly {
    readonly file: string;
    readonly edits: readonly {
      readonly line: number;
      readonly before: string;
      readonly after: string;
      readonly listeners: readonly Listener[];
    }[];
  }[];
  readonly companions: readonly { readonly file: string; readonly purpose: string }[];
  readonly refused: readonly Refusal[];
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  readonly remarks: readonly string[];
  readonly next: readonly {
    readonly server: string;
    readonly commands: readonly { readonly command: string; readonly purpose: string }[];
  }[];
}

export interface Refusal {
  readonly listener: Listener;
  readonly why: string;
  readonly help: string;
}

export interface StatusReport {
  readonly leases: readonly LeaseStatus[];
}

export interface LeaseStatus {
  readonly lease: string;
  readonly reason?: string;
  readonly ticket?: string;
  readonly phase: string;
  readonly overdue: boolean;
  readonly until: string;
  readonly state: string;
}

export interface RevertReport {
  readonly files: readonly {
    readonly file: string;
    readonly exact: boolean;
    readonly takenBack: number;
    readonly drifted: number;
  }[];
  readonly drifted: readonly {
    readonly file: string;
    readonly line: number;
    readonly expected: string;
    readonly why: string;
  }[];
  readonly remarks: readonly string[];
}

export interface LintSummary {
  readonly summary: { readonly errors: number; readonly warnings: number };
}

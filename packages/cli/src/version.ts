declare const SHORTFUSE_VERSION: string | undefined;

/** The version of the package, put in by the build. */
export const version: string = typeof SHORTFUSE_VERSION === 'string' ? SHORTFUSE_VERSION : '0.0.0-source';

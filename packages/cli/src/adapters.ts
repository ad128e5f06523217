import { apache } from '@shortfuse/apache';
import type { Adapter } from '@shortfuse/core';
import { nginx } from '@shortfuse/nginx';

/** Every server that is read, in the order in which files of a folder are offered to them. */
export const adapters: readonly Adapter[] = [nginx, apache];

import { apache } from '@shortfuse/apache';
import type { Adapter } from '@shortfuse/core';
import { f5 } from '@shortfuse/f5';
import { iis } from '@shortfuse/iis';
import { nginx } from '@shortfuse/nginx';
import { node } from '@shortfuse/node';

/** Every server that is read, in the order in which files of a folder are offered to them. */
export const adapters: readonly Adapter[] = [nginx, apache, f5, iis, node];

/** Half-open ranges of lines, counted from 0, that stand for each other in two texts. */
export interface Region {
  readonly before: readonly [start: number, end: number];
  readonly after: readonly [start: number, end: number];
}

/** So many equal lines in a row end a difference. */
const anchorLines = 3;
/** A difference that reaches further than this many lines is not looked into: it reaches to the end of the texts. */
const widestGap = 400;

/**
 * Where two texts differ, line by line. Every line outside of the regions is the same in both, in order. Takes time in
 * proportion to the texts as long as their differences are small, as those of a patch are; otherwise the last region is larger
 * than it need be.
 */
export function differingRegions(before: readonly string[], after: readonly string[]): readonly Region[] {
  const regions: Region[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      i++;
      j++;
      continue;
    }
    const [nextI, nextJ] = meetingPoint(before, after, i, j);
    regions.push({ before: [i, nextI], after: [j, nextJ] });
    i = nextI;
    j = nextJ;
  }
  return regions;
}

/** The nearest place behind a difference from which both texts go on alike. */
function meetingPoint(before: readonly string[], after: readonly string[], i: number, j: number): [number, number] {
  for (let gap = 1; gap <= widestGap; gap++)
    for (let taken = 0; taken <= gap; taken++) {
      const [nextI, nextJ] = [i + taken, j + gap - taken];
      if (nextI <= before.length && nextJ <= after.length && goOnAlike(before, after, nextI, nextJ))
        return [nextI, nextJ];
    }
  return [before.length, after.length];
}

function goOnAlike(before: readonly string[], after: readonly string[], i: number, j: number): boolean {
  for (let line = 0; line < anchorLines; line++) {
    const isOver = i + line >= before.length || j + line >= after.length;
    // At the end of both, fewer lines are enough.
    if (isOver) return i + line >= before.length && j + line >= after.length;
    if (before[i + line] !== after[j + line]) return false;
  }
  return true;
}

/** Regions in groups: within one there are so few lines between two that a diff shows them in one hunk. */
export function groupedRegions(
  regions: readonly Region[],
  context: number,
): readonly (readonly [Region, ...Region[]])[] {
  const groups: [Region, ...Region[]][] = [];
  for (const region of regions) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && region.before[0] - last.before[1] <= 2 * context) group.push(region);
    else groups.push([region]);
  }
  return groups;
}

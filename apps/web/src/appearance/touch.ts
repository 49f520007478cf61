/** Whether fingers are what somebody works with, and a keyboard comes up over the page when a field has the focus. */
export function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}

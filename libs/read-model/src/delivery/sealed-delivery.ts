/** Where the sealed form of a delivery belongs, and an answer to it: a box that was moved elsewhere does not open. */
export function requestPlace(sid: string): string {
  return `maskline.delivery/${sid}`;
}

export function answerPlace(sid: string, attempt: number): string {
  return `maskline.delivery_attempt/${sid}/${attempt}`;
}

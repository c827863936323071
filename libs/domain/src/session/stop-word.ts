/** Words by which people opt out of messages, and the one that takes it back: the carrier obeys them, nobody else. */
const STOP_WORD = /^(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|ARRET|ARRETE|ARRETT|UNSTOP)$/i;

/** Whether a message is such a word and nothing else (contract §13.4); START, YES, DEBUT, HELP and INFO are passed on. */
export function isStopWord(body: string): boolean {
  return STOP_WORD.test(body.trim());
}

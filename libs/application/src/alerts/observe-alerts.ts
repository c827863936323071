import { Counter, type Registry } from 'prom-client';
import type { AlertCode } from './alerts.js';

/** Counts alerts by their code. */
export function observeAlerts(metrics: Registry): (code: AlertCode) => void {
  const alerts = new Counter({
    name: 'maskline_alerts_total',
    help: "What Twilio's debugger would be told, by its code.",
    labelNames: ['code'],
    registers: [metrics],
  });
  return (code) => {
    alerts.inc({ code });
  };
}

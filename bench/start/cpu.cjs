/**
 * NocoDB's process requires this file before anything else. It prints how much CPU time the process used until NocoDB was ready.
 */
const { send } = process;
if (send) {
  process.send = function sendAfterPrinting(message, ...rest) {
    if (message?.event === 'ready') {
      const { user, system } = process.cpuUsage();
      console.log(`[cpu] ${(user + system) / 1000}`);
    }
    return send.call(this, message, ...rest);
  };
}

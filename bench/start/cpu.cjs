/** Required by NocoDB's process before anything else: prints how much CPU time it took until it was ready. */
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

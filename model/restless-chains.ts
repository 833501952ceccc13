/**
 * Chains that programs write anew all the time, as they ban strangers or start containers: what comes and goes there is no change of the
 * firewall. Docker's chains are not among them.
 */
export const RESTLESS_CHAIN = /^(?:f2b-|fail2ban|sshguard|crowdsec|KUBE-|cali-|CNI-|NETAVARK|FLANNEL)/i;

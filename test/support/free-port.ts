import { freePorts } from '../../scripts/processes/free-port.mjs';

/** A free port of this machine, for programs that need a port number at their start. */
export const freePort = () => freePorts(1);

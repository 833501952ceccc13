import { isIPv6 } from 'node:net';
import type { Answer, TxtData } from 'dns-packet';
import { expandV6 } from './domain-name.ts';

/** The data of a record as a zone file would have it, names in lower case and without their last dot. */
export function recordText(record: Answer): string {
  switch (record.type) {
    case 'A':
      return record.data;
    case 'AAAA':
      return record.data.toLowerCase();
    case 'CNAME':
    case 'DNAME':
    case 'NS':
    case 'PTR':
      return plainName(record.data);
    case 'TXT':
      return textOf(record.data);
    case 'MX':
      return `${record.data.preference ?? 0} ${plainName(record.data.exchange)}`;
    case 'SRV':
      return `${record.data.priority ?? 0} ${record.data.weight ?? 0} ${record.data.port} ${plainName(record.data.target)}`;
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return [plainName(mname), plainName(rname), serial, refresh, retry, expire, minimum].join(' ');
    }
    case 'CAA':
      return `${record.data.flags ?? 0} ${record.data.tag} "${record.data.value}"`;
    default:
      return rareText(record);
  }
}

function rareText(record: Answer): string {
  switch (record.type) {
    case 'DS':
      return `${record.data.keyTag} ${record.data.algorithm} ${record.data.digestType} ${record.data.digest.toString('hex')}`;
    case 'DNSKEY':
      return `${record.data.flags} 3 ${record.data.algorithm} ${record.data.key.toString('base64')}`;
    case 'TLSA':
      return `${record.data.usage} ${record.data.selector} ${record.data.matchingType} ${record.data.certificate.toString('hex')}`;
    case 'SSHFP':
      return `${record.data.algorithm} ${record.data.hash} ${record.data.fingerprint}`;
    case 'HINFO':
      return `"${record.data.cpu}" "${record.data.os}"`;
    case 'RP':
      return `${plainName(record.data.mbox)} ${plainName(record.data.txt)}`;
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = record.data;
      return `${order} ${preference} "${flags}" "${services}" "${regexp}" ${plainName(replacement)}`;
    }
    case 'NSEC':
      return `${plainName(record.data.nextDomain)} ${record.data.rrtypes.join(' ')}`;
    default:
      return 'data' in record && Buffer.isBuffer(record.data) ? record.data.toString('hex') : '';
  }
}

function plainName(name: string): string {
  return name === '.' ? name : name.toLowerCase().replace(/\.$/, '');
}

function textOf(data: TxtData): string {
  return (Array.isArray(data) ? data : [data]).map((part) => part.toString()).join('');
}

/** Whether a record's text is what somebody wrote in the settings; of MX and SRV the host alone is enough. */
export function isRecord(text: string, type: string, wanted: string): boolean {
  if (type === 'TXT') return text === wanted || text === wanted.replace(/^"(.*)"$/, '$1');
  if (type === 'AAAA') return isIPv6(wanted) && expandV6(text) === expandV6(wanted);
  if (type === 'CAA' || type === 'HINFO' || type === 'NAPTR' || type === 'DNSKEY') return text === wanted;
  const plain = wanted.toLowerCase().split(/\s+/).map(plainName).join(' ');
  if (text.toLowerCase() === plain) return true;
  return (type === 'MX' || type === 'SRV') && text.endsWith(` ${plain}`);
}

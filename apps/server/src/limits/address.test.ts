import { expect, test } from 'vitest';
import { networkOf, trustIn } from './address.ts';

test('an IPv4 address counts by itself in either notation, an IPv6 address by its /64', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
  expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
  const [one, same, other] = ['2001:db8::1', '2001:DB8:0:0:ffff::2', '2001:db8:0:1::1'].map(networkOf);
  expect(same).toBe(one);
  expect(other).not.toBe(one);
  expect(networkOf('fe80::1%eth0')).toBe(networkOf('fe80::2'));
  // Proxies that write the port, too (Azure's gateways; RFC 7239).
  expect(networkOf('192.0.2.1:5678')).toBe('192.0.2.1');
  for (const written of ['[2001:db8::1]', '[2001:db8::1]:5678']) expect(networkOf(written)).toBe(one);
  for (const nonsense of [undefined, '', 'unknown', ':80', '192.0.2.1:', '192.0.2:80', '[192.0.2.1', '[]:80'])
    expect(networkOf(nonsense)).toBe('unknown');
});

test('proxies are trusted by their number, or by their addresses and networks', () => {
  const two = trustIn('2');
  expect([two('192.0.2.1', 0), two('192.0.2.1', 1), two('192.0.2.1', 2)]).toEqual([true, true, false]);
  const listed = trustIn('loopback, 10.0.0.0/8,2001:db8::/32');
  for (const trusted of ['127.0.0.1', '::1', '10.1.2.3', '2001:db8::1'])
    expect(listed(trusted, 5)).toBe(true);
  for (const written of ['10.1.2.3:5678', '[2001:db8::1]:5678']) expect(listed(written, 1)).toBe(true);
  expect(listed('192.0.2.1:10', 0)).toBe(false);
  expect(listed('192.0.2.1', 0)).toBe(false);
  for (const wrong of ['', ',', 'nobody', '10.0.0.0/33', '-1']) expect(() => trustIn(wrong), wrong).toThrow();
});

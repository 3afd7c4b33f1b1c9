import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf } from '../../src/egress/public-address.ts';

/** First and last address of each class, and unusual spellings; those behind `!` may not even be allowed. */
const refused: Readonly<Record<string, string>> = {
  '!no address': '0.0.0.0 0.0.0.1 0.255.255.255 :: 0:0:0:0:0:0:0:0 ::ffff:0.0.0.0',
  'a loopback address':
    '127.0.0.0 127.0.0.1 127.77.0.1 127.255.255.255 ::1 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:7F00:0001 0:0:0:0:0:ffff:127.0.0.1 64:ff9b::127.0.0.1',
  'a private address':
    '10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255 fc00:: fd12:3456::1 fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff fec0::1 ::ffff:10.0.0.1 ::ffff:c0a8:101 64:ff9b::10.0.0.1 64:ff9b::c0a8:0101 0064:ff9b:0:0:0:0:a00:1',
  'a link-local address': 'fe80::1 fe80:: febf::1',
  '!a link-local address': '169.254.0.0 169.254.1.1 169.254.255.255 ::ffff:169.254.1.1 64:ff9b::169.254.1.1',
  'a carrier-grade NAT address': '100.64.0.0 100.127.255.255 ::ffff:100.64.0.1 64:ff9b::6440:1',
  'a benchmarking address': '198.18.0.0 198.19.255.255 2001:2::1',
  'a documentation address': '192.0.2.1 198.51.100.1 203.0.113.255 2001:db8::1 3fff::1 3fff:fff::',
  '!the metadata service of a cloud':
    '169.254.169.254 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe 64:ff9b::a9fe:a9fe 169.254.170.2 168.63.129.16 100.100.100.200 fd00:ec2::254 fd20:ce::254 fd00:42::42',
  '!a multicast address': '224.0.0.1 239.255.255.255 ff02::1 ff00:: ffff::1 ::ffff:224.0.0.1',
  '!a tunnel address':
    '192.88.99.1 2002:7f00:1:: 2002:a9fe:a9fe::1 2002:808:808:: 2001:0:1::1 2001::1 64:ff9b:1::1',
  '!a reserved address':
    '192.0.0.1 192.0.0.192 240.0.0.0 255.255.255.255 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::2 100::1 1::1 4000::1 5f00::1 2001:10::1 2001:20::1 64:ff9a::1 ::fffe:7f00:1 ::ffff:0:7f00:1',
  '!no plain IP address':
    'fe80::1%eth0 ::1%lo 127.1 0x7f.1 0177.0.0.1 2130706433 127.0.0.1. example.com [::1] 1.2.3.4:80 ::ffff:127.1',
};

test('every class of address that is not of the public internet is refused by its name', () => {
  for (const [key, addresses] of Object.entries(refused)) {
    const never = key.startsWith('!');
    for (const address of addresses.split(' '))
      assert.deepEqual(refusalOf(address), { what: key.replace('!', ''), allowable: !never }, address);
  }
  assert.deepEqual(refusalOf(''), { what: 'no plain IP address', allowable: false });
});

test('public addresses pass, next to every edge', () => {
  const open =
    '1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 192.0.1.1 192.0.3.1 198.17.255.255 198.20.0.0 223.255.255.255 168.63.129.15 2606:4700:4700::1111 2001:4860:4860::8888 2001:200::1 2a00::1 3ffe::1 2003::1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::808:808';
  for (const address of open.split(' ')) assert.equal(refusalOf(address), undefined, address);
});

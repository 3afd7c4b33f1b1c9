/** What every runtime base has that no Debian package brings: content by name. */
export const ownFiles = {
  'etc/passwd':
    'root:x:0:0:root:/root:/usr/sbin/nologin\nmcpcat:x:65532:65532:mcpcat:/home/mcpcat:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\nmcpcat:x:65532:\n',
  'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

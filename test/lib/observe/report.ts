/** Taken from a real manager (Docker 20.10.24). */
export const REPORT = `everswarm-probe 1
instance i-00000a01
boot-id 9eb15cb0-dd8d-4056-bc6a-0098b0833a88
uptime 14
clock 1795230117
boot done
free 862765056
mounted yes
raft present
raft-age 5000 1795230100
certificate 1803006120
engine up
info {"version":"20.10.24+dfsg1","nodeId":"hxlamculrdmwgffc1xt9hbn1b","nodeAddr":"10.42.1.10","localState":"active","controlAvailable":true,"error":"","clusterId":"g1ko8ltgzeop844r7m9e9v9q8"}
tasks {"hxlamculrdmwgffc1xt9hbn1b":3}
node {"id":"hxlamculrdmwgffc1xt9hbn1b","version":9,"hostname":"i-00000a01","role":"manager","availability":"active","state":"ready","addr":"10.42.1.10","logicalId":"10.42.1.10","settings":"0123456789ab","drained":"","manager":{"reachability":"reachable","leader":true,"addr":"10.42.1.10:2377"}}
node {"id":"tddgx0eq06yyejgptuv70if72","version":26,"hostname":"i-00000b01","role":"worker","availability":"drain","state":"down","addr":"10.42.1.20","logicalId":"","settings":"","drained":"12","manager":null}
nodes ok 2
end
`;

/** Taken from a real manager (Docker 20.10.24), by the probe of a former version. */
export const FORMER_REPORT = `everswarm-probe 1
instance i-00000a01
boot-id 9eb15cb0-dd8d-4056-bc6a-0098b0833a88
uptime 14
clock 1795230117
boot done
free 862765056
mounted yes
raft present
certificate 1803006120
engine up
info {"version":"20.10.24+dfsg1","nodeId":"hxlamculrdmwgffc1xt9hbn1b","nodeAddr":"10.42.1.10","localState":"active","controlAvailable":true,"error":"","clusterId":"g1ko8ltgzeop844r7m9e9v9q8"}
node {"id":"hxlamculrdmwgffc1xt9hbn1b","version":9,"hostname":"i-00000a01","role":"manager","availability":"active","state":"ready","addr":"10.42.1.10","logicalId":"10.42.1.10","manager":{"reachability":"reachable","leader":true,"addr":"10.42.1.10:2377"}}
node {"id":"tddgx0eq06yyejgptuv70if72","version":26,"hostname":"i-00000b01","role":"worker","availability":"drain","state":"down","addr":"10.42.1.20","logicalId":"","manager":null}
nodes ok 2
end
`;

/** A line of a list, without the word before it. */
export const NODE =
  '{"id":"n1","version":26,"hostname":"i-00000b01","role":"worker","availability":"active","state":"ready","addr":"10.42.1.20","logicalId":"","settings":"","drained":"","manager":null}';

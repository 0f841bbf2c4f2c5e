"""Asks Postern whether the bearer of a key may do something: exit 0 allow, 1 deny, 2 not known.

Usage: POSTERN_API_KEY=pst_… python3 ask.py ADDRESS ACTION
"""

import os
import sys

import grpc
from postern.v1 import authorization_pb2, authorization_pb2_grpc


def ask(address, action):
    # Beyond this machine: grpc.secure_channel, and a key of the caller's own as metadata,
    # `authorization: Bearer …`.
    with grpc.insecure_channel(address) as channel:
        question = authorization_pb2.AuthorizeRequest(
            api_key=os.environ["POSTERN_API_KEY"],
            action=action,
            # Without a project, it is the organization itself.
            resource=authorization_pb2.Resource(),
        )
        service = authorization_pb2_grpc.AuthorizationServiceStub(channel)
        return service.Authorize(question, timeout=2)


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        answer = ask(sys.argv[1], sys.argv[2])
    except grpc.RpcError as error:
        # Not to know is not to allow.
        print("the answer is not known:", error.code().name, error.details(), file=sys.stderr)
        return 2
    reason = authorization_pb2.Reason.Name(answer.reason).removeprefix("REASON_")
    if answer.decision != authorization_pb2.DECISION_ALLOW:
        print("deny:", reason)
        return 1
    print("allow:", reason, answer.policy_name)
    return 0


if __name__ == "__main__":
    sys.exit(main())

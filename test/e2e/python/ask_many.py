"""Asks the same question many times at once, and prints how often each answer came.

Usage: ask_many.py ADDRESS TIMES [CA_FILE], with the key in KEY and the generated modules on
PYTHONPATH.
"""

import collections
import os
import sys

import grpc
from postern.v1 import authorization_pb2, authorization_pb2_grpc

address, times = sys.argv[1], int(sys.argv[2])
if len(sys.argv) > 3:
    with open(sys.argv[3], "rb") as file:
        channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
else:
    channel = grpc.insecure_channel(address)
service = authorization_pb2_grpc.AuthorizationServiceStub(channel)
question = authorization_pb2.AuthorizeRequest(
    api_key=os.environ["KEY"], action="iam:group:list", resource=authorization_pb2.Resource()
)
under_way = [service.Authorize.future(question, timeout=20) for _ in range(times)]
answers = collections.Counter(
    authorization_pb2.Reason.Name(answer.result().reason) for answer in under_way
)
print(dict(answers))

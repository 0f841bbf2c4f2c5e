// Asks Postern whether the bearer of a key may do something: exit 0 allow, 1 deny, 2 not known.
//
// Usage: POSTERN_API_KEY=pst_… go run . ADDRESS ACTION
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"

	postern "ask/postern/v1"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: POSTERN_API_KEY=pst_… go run . ADDRESS ACTION")
		os.Exit(2)
	}
	answer, err := ask(os.Args[1], os.Args[2])
	if err != nil {
		// Not to know is not to allow.
		fmt.Fprintln(os.Stderr, "the answer is not known:", err)
		os.Exit(2)
	}
	reason := strings.TrimPrefix(answer.Reason.String(), "REASON_")
	if answer.Decision != postern.Decision_DECISION_ALLOW {
		fmt.Println("deny:", reason)
		os.Exit(1)
	}
	fmt.Println("allow:", reason, answer.PolicyName)
}

func ask(address, action string) (*postern.AuthorizeResponse, error) {
	// Beyond this machine: grpc.WithTransportCredentials, and a key of the caller's own as
	// `authorization: Bearer …`.
	connection, err := grpc.Dial(address, grpc.WithInsecure())
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	within, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return postern.NewAuthorizationServiceClient(connection).Authorize(within, &postern.AuthorizeRequest{
		ApiKey: os.Getenv("POSTERN_API_KEY"),
		Action: action,
		// Without a project, it is the organization itself.
		Resource: &postern.Resource{},
	})
}

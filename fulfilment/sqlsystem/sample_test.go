package sqlsystem_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"habeas/models"
)

// What is found in the samples of fides (Apache 2.0, see the licence beside
// them) was worked out by hand from their rows. A star marks what is personal.
func sampleFindings() map[string][]string {
	home1 := "address city*=Exampletown house*=123 id=1 state*=NY street*=Example Street zip*=12345"
	home2 := "address city*=Exampletown house*=4 id=2 state*=NY street*=Example Lane zip*=12321"
	office := "address city*=Example City house*=555 id=3 state*=NY street*=Example Ave zip*=12000"
	return map[string][]string{
		"customer-1@example.com": {
			home1, home2,
			"customer address_id=1 created=2020-04-01 11:47:42 email*=customer-1@example.com id*=1 name*=John Customer",
			"login customer_id*=1 id=1 time*=2021-01-01 01:00:00",
			"login customer_id*=1 id=2 time*=2021-01-02 01:00:00",
			"login customer_id*=1 id=3 time*=2021-01-03 01:00:00",
			"login customer_id*=1 id=4 time*=2021-01-04 01:00:00",
			"login customer_id*=1 id=5 time*=2021-01-05 01:00:00",
			"login customer_id*=1 id=6 time*=2021-01-06 01:00:00",
			"orders customer_id*=1 id=ord_aaa-aaa shipping_address_id=2",
			"orders customer_id*=1 id=ord_ccc-ccc shipping_address_id=1",
			"orders customer_id*=1 id=ord_ddd-ddd shipping_address_id=1",
			"order_item order_id=ord_aaa-aaa product_id=1 quantity=1",
			"order_item order_id=ord_ccc-ccc product_id=1 quantity=1",
			"order_item order_id=ord_ccc-ccc product_id=2 quantity=1",
			"order_item order_id=ord_ddd-ddd product_id=1 quantity=1",
			"payment_card billing_address_id=1 ccn*=123456789 code*=321 customer_id*=1 id=pay_aaa-aaa name*=Example Card 1 preferred*=true",
			"product id=1 name=The Choco Chip price=$20.00",
			"product id=2 name=The Almond Butter price=$20.00",
			"service_request alt_email=withheld closed=2021-01-03 email*=customer-1@example.com employee_id*=1 id=ser_aaa-aaa opened=2021-01-01",
			"visit email*=customer-1@example.com last_visit=2021-01-06 01:00:00",
		},
		"customer-2@example.com": {
			home1, home2,
			"customer address_id=2 created=2020-04-01 11:47:42 email*=customer-2@example.com id*=2 name*=Jill Customer",
			"login customer_id*=2 id=7 time*=2021-01-06 01:00:00",
			"orders customer_id*=2 id=ord_bbb-bbb shipping_address_id=1",
			"order_item order_id=ord_bbb-bbb product_id=1 quantity=1",
			"payment_card billing_address_id=1 ccn*=987654321 code*=123 customer_id*=2 id=pay_bbb-bbb name*=Example Card 2 preferred*=false",
			"product id=1 name=The Choco Chip price=$20.00",
			"service_request alt_email=NULL closed=NULL email*=customer-2@example.com employee_id*=1 id=ser_bbb-bbb opened=2021-01-04",
			"visit email*=customer-2@example.com last_visit=2021-01-06 01:00:00",
		},
		"JANE@example.com": { // who typed it in capitals
			"address city*=Example Mountain house*=1111 id=4 state*=TX street*=Example Place zip*=54321",
			"customer address_id=4 created=2020-04-01 11:47:42 email*=jane@example.com id*=3 name*=Jane Customer",
			"login customer_id*=3 id=8 time*=2021-01-06 01:00:00",
			"orders customer_id*=3 id=ord_ddd-eee shipping_address_id=4",
			"payment_card billing_address_id=4 ccn*=373719391 code*=222 customer_id*=3 id=pay_ccc-ccc name*=Example Card 3 preferred*=false",
		},
		"customer-3@example.com": { // who has no account
			"service_request alt_email=NULL closed=2020-01-07 email*=customer-3@example.com employee_id*=1 id=ser_ccc-ccc opened=2021-01-05",
			"service_request alt_email=NULL closed=2020-05-08 email*=customer-3@example.com employee_id*=2 id=ser_ddd-ddd opened=2021-05-05",
		},
		"customer-1-alt@example.com": { // by the other address of a request
			"service_request alt_email*=customer-1-alt@example.com closed=2021-01-03 email=withheld employee_id*=1 id=ser_aaa-aaa opened=2021-01-01",
		},
		"employee-1@example.com": { // reaches what customers asked
			office,
			"employee address_id=3 email*=employee-1@example.com id*=1 name*=Jack Employee",
			"service_request boundary alt_email=withheld closed=2021-01-03 email=withheld employee_id=1 id=ser_aaa-aaa opened=2021-01-01",
			"service_request boundary alt_email=NULL closed=NULL email=withheld employee_id=1 id=ser_bbb-bbb opened=2021-01-04",
			"service_request boundary alt_email=NULL closed=2020-01-07 email=withheld employee_id=1 id=ser_ccc-ccc opened=2021-01-05",
		},
		"employee-2@example.com": {
			office,
			"employee address_id=3 email*=employee-2@example.com id*=2 name*=Jane Employee",
			"service_request boundary alt_email=NULL closed=2020-05-08 email=withheld employee_id=2 id=ser_ddd-ddd opened=2021-05-05",
		},
		"admin-account@example.com": {
			"report email*=admin-account@example.com id=1 month=8 name=Monthly Report total_visits=100 year=2021",
			"report email*=admin-account@example.com id=2 month=9 name=Monthly Report total_visits=100 year=2021",
			"report email*=admin-account@example.com id=3 month=10 name=Monthly Report total_visits=100 year=2021",
			"report email*=admin-account@example.com id=4 month=11 name=Monthly Report total_visits=100 year=2021",
		},
		"customer-500@example.com": nil, // only in another schema
		"nobody@example.com":       nil,
	}
}

func TestSampleFind(t *testing.T) {
	t.Parallel()
	for _, driver := range []string{"postgres", "mysql"} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			d, dataset := sampleDatabase(t, driver)
			s := d.system(dataset)
			for who, want := range sampleFindings() {
				found, err := s.Find(context.Background(), callOf(t, models.ActionFind, email(who)))
				if err != nil {
					t.Fatalf("%v%s", err, sealed(err))
				}
				got := lines(found)
				if driver == "mysql" {
					for i := range got {
						got[i] = strings.NewReplacer("price=20.00", "price=$20.00", "preferred*=1", "preferred*=true", "preferred*=0", "preferred*=false").Replace(got[i])
					}
				}
				// Tables without a key of their own have no order in common.
				slices.Sort(got)
				slices.Sort(want)
				compare(t, got, want)
			}
		})
	}
}

// sampleDatabase is a sample with its rows. That of MySQL has tables alone, so
// it gets the rows of the other.
func sampleDatabase(t *testing.T, driver string) (*database, string) {
	if driver == "postgres" {
		return whole(t).exec(sample(t, "postgres_sample.sql")), sample(t, "postgres_example_test_dataset.yml")
	}
	d := open(t, driver)
	_, tables, _ := strings.Cut(sample(t, "mysql_example.sql"), "USE mysql_example;")
	d.exec(tables)
	for statement := range strings.SplitSeq(sample(t, "postgres_sample.sql"), ";\n") {
		_, insert, found := strings.Cut(statement, "INSERT INTO public.")
		name, _, _ := strings.Cut(insert, " ")
		if !found || slices.Contains([]string{"composite_pk_test", "type_link_test", "loyalty", "dynamic_email_address_config"}, name) {
			continue
		}
		insert = strings.NewReplacer("'$20.00'", "20", "'$50.00'", "50").Replace(insert)
		if name == "product" { // which has fewer columns there
			insert = regexp.MustCompile(`\((\d+), ('[^']*'), '[^']*', '[^']*', (\d+)\)`).ReplaceAllString(insert, "($1, $2, $3)")
		}
		d.exec("INSERT INTO " + insert)
	}
	return d, sample(t, "mysql_example_test_dataset.yml")
}

func TestSampleErase(t *testing.T) {
	t.Parallel()
	d, dataset := sampleDatabase(t, "postgres")
	s := d.system(dataset)
	tables := []string{"address", "customer", "employee", "login", "orders", "order_item", "payment_card", "product", "report", "service_request", "visit", "backup_schema.customer"}
	tests := []struct {
		who     string
		outcome models.TaskOutcome
		gone    []string // lines that are no more
		come    []string // lines in their place
	}{
		{"customer-1@example.com", models.TaskPartly, []string{
			"customer id=1 email=customer-1@example.com name=John Customer created=2020-04-01 11:47:42 +0000 UTC address_id=1",
			"login id=1 customer_id=1 time=2021-01-01 01:00:00 +0000 UTC", "login id=2 customer_id=1 time=2021-01-02 01:00:00 +0000 UTC",
			"login id=3 customer_id=1 time=2021-01-03 01:00:00 +0000 UTC", "login id=4 customer_id=1 time=2021-01-04 01:00:00 +0000 UTC",
			"login id=5 customer_id=1 time=2021-01-05 01:00:00 +0000 UTC", "login id=6 customer_id=1 time=2021-01-06 01:00:00 +0000 UTC",
			"orders id=ord_aaa-aaa customer_id=1 shipping_address_id=2 payment_card_id=pay_aaa-aaa",
			"orders id=ord_ccc-ccc customer_id=1 shipping_address_id=1 payment_card_id=pay_aaa-aaa",
			"orders id=ord_ddd-ddd customer_id=1 shipping_address_id=1 payment_card_id=pay_bbb-bbb",
			"payment_card id=pay_aaa-aaa name=Example Card 1 ccn=123456789 code=321 preferred=true customer_id=1 billing_address_id=1",
			"service_request id=ser_aaa-aaa email=customer-1@example.com alt_email=customer-1-alt@example.com opened=2021-01-01 00:00:00 +0000 UTC closed=2021-01-03 00:00:00 +0000 UTC employee_id=1",
			"visit email=customer-1@example.com last_visit=2021-01-06 01:00:00 +0000 UTC",
		}, []string{
			"customer id=1 email=<nil> name=<nil> created=2020-04-01 11:47:42 +0000 UTC address_id=<nil>",
			"login id=1 customer_id=1 time=<nil>", "login id=2 customer_id=1 time=<nil>", "login id=3 customer_id=1 time=<nil>",
			"login id=4 customer_id=1 time=<nil>", "login id=5 customer_id=1 time=<nil>", "login id=6 customer_id=1 time=<nil>",
			"orders id=ord_aaa-aaa customer_id=1 shipping_address_id=<nil> payment_card_id=pay_aaa-aaa",
			"orders id=ord_ccc-ccc customer_id=1 shipping_address_id=<nil> payment_card_id=pay_aaa-aaa",
			"orders id=ord_ddd-ddd customer_id=1 shipping_address_id=<nil> payment_card_id=pay_bbb-bbb",
			"payment_card id=pay_aaa-aaa name=<nil> ccn=<nil> code=<nil> preferred=<nil> customer_id=1 billing_address_id=<nil>",
			"service_request id=ser_aaa-aaa email=<nil> alt_email=customer-1-alt@example.com opened=2021-01-01 00:00:00 +0000 UTC closed=2021-01-03 00:00:00 +0000 UTC employee_id=1",
		}},
		{"jane@example.com", models.TaskCompleted, []string{
			"address id=4 house=1111 street=Example Place city=Example Mountain state=TX zip=54321",
			"customer id=3 email=jane@example.com name=Jane Customer created=2020-04-01 11:47:42 +0000 UTC address_id=4",
			"login id=8 customer_id=3 time=2021-01-06 01:00:00 +0000 UTC",
			"payment_card id=pay_ccc-ccc name=Example Card 3 ccn=373719391 code=222 preferred=false customer_id=3 billing_address_id=4",
		}, []string{
			"address id=4 house=<nil> street=<nil> city=<nil> state=<nil> zip=<nil>",
			"customer id=3 email=<nil> name=<nil> created=2020-04-01 11:47:42 +0000 UTC address_id=4",
			"login id=8 customer_id=3 time=<nil>",
			"payment_card id=pay_ccc-ccc name=<nil> ccn=<nil> code=<nil> preferred=<nil> customer_id=3 billing_address_id=4",
		}},
		{"employee-1@example.com", models.TaskPartly, []string{
			"employee id=1 email=employee-1@example.com name=Jack Employee address_id=3",
		}, []string{
			"employee id=1 email=<nil> name=testing-test address_id=<nil>",
		}},
		{"nobody@example.com", models.TaskNothingFound, nil, nil},
	}
	for _, tt := range tests {
		before := flat(d.dump(tables...))
		_, receipt := erase(t, s, callOf(t, models.ActionErase, email(tt.who)))
		after := flat(d.dump(tables...))
		compare(t, without(before, after), tt.gone)
		compare(t, without(after, before), tt.come)
		if receipt.Outcome != tt.outcome || receipt.After == nil || receipt.After.Remaining != 0 || receipt.After.Records != 0 {
			t.Errorf("%s: receipt %+v, after %+v", tt.who, receipt, receipt.After)
		}
	}
}

// flat is a dump as one list.
func flat(dump map[string][]string) []string {
	var all []string
	for table, rows := range dump {
		for _, r := range rows {
			all = append(all, table+" "+r)
		}
	}
	slices.Sort(all)
	return all
}

// without is what a has and b does not.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}
